// A search space of one's own: litepred search --space ./examples/search/my-space.js --platform local/cpu/onnxruntime-node/fp32 --max-latency 2ms
export default {
  name: "my-space",
  // One list of options for a single choice, a list of lists for one choice a stage.
  choices: { resolution: [96, 128, 160], width: [16, 24, 32], kernel: [3, 5], depth: [[1, 2, 3], [1, 2, 3], [1, 2]] },
  // All have to hold.
  conditions: [({ resolution, width }) => resolution < 160 || width < 32],
  toGraph({ resolution, width, kernel, depth }, { createGraphBuilder, conv, fc, flatten, globalAvgPool }) {
    const g = createGraphBuilder("my-space");
    let x = g.input("image", [1, 3, resolution, resolution]);
    for (const [stage, blocks] of depth.entries())
      for (let block = 0; block < blocks; block++)
        x = conv(g, x, { cout: width * 2 ** stage, kernel, stride: block === 0 ? 2 : 1, activation: "relu" });
    return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 10)]);
  },
};

// Top-1 in percent: a table of what you trained, a model fitted to it, or another program (--accuracy). Here a made-up formula.
export const accuracy = ({ resolution, width, kernel, depth }) =>
  95 - 400 / resolution - 60 / width - 12 / depth.reduce((sum, blocks) => sum + blocks) - (kernel === 3 ? 1 : 0);
