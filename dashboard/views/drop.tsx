/** Where a model comes in. */
import { openFiles } from "../open-files.js";
import { linkTo } from "../route.js";
import { offered } from "../state.js";

export function DropZone() {
  return (
    <section class="drop" aria-labelledby="drop-title">
      <h1 id="drop-title">How long will this network take?</h1>
      <p class="muted">
        Drop an ONNX or TFLite file anywhere on this page. It is read in the browser and not uploaded.
      </p>
      <FileButton title="choose files" primary />
      <Offered />
    </section>
  );
}

export function FileButton({ title, primary = false }: { title: string; primary?: boolean }) {
  return (
    <>
      <button
        type="button"
        class={primary ? "primary" : undefined}
        onClick={(event) => (event.currentTarget.nextElementSibling as HTMLInputElement).click()}
      >
        {title}
      </button>
      <input
        class="hidden"
        type="file"
        tabIndex={-1}
        aria-label="model files"
        multiple
        accept=".onnx,.tflite"
        onChange={(event) => {
          void openFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function Offered() {
  if (offered.value.length === 0) return null;
  return (
    <p>
      <span class="muted">or look at </span>
      {offered.value.map(({ file, name }, i) => (
        <span key={file}>
          {i > 0 ? ", " : ""}
          <a href={linkTo("model", { m: `offer:${file}` })}>{name}</a>
        </span>
      ))}
    </p>
  );
}
