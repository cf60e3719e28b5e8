"""Optuna (5 or later) searches once-for-all's MobileNetV3 with our latency: as a constraint beside accuracy, or as a second objective.

    pip install optuna
    python examples/optuna/search.py --platform xeon-f6m207/cpu/onnxruntime-node@1.30.0/fp32 --max-latency 5 [--objectives 2]

`litepred architectures` runs beside it and answers a line of JSON for each line: many architectures a line are as quick as one.
"""
import argparse
import json
import subprocess
from pathlib import Path

import optuna

LITEPRED = ["node", str(Path(__file__).parents[2] / "bin" / "litepred.js")]


class Desk:
    """Asks litepred what architectures cost and reach."""

    def __init__(self, platform, space="ofa-mobilenetv3"):
        command = [*LITEPRED, "architectures", "--space", space, "--platform", platform]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, architectures):
        self.process.stdin.write(json.dumps(architectures) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict):
            raise ValueError(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def suggest(trial):
    """Blocks beyond a stage's depth have no effect; litepred sets them to their first option."""
    return {
        "r": trial.suggest_categorical("r", [128, 144, 160, 176, 192, 208, 224]),
        "w": 1,
        "d": [trial.suggest_int(f"d{stage}", 2, 4) for stage in range(5)],
        "ks": [trial.suggest_categorical(f"ks{block}", [3, 5, 7]) for block in range(20)],
        "e": [trial.suggest_categorical(f"e{block}", [3, 4, 6]) for block in range(20)],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--platform", required=True)
    parser.add_argument("--max-latency", type=float, required=True, help="milliseconds")
    parser.add_argument("--objectives", type=int, choices=[1, 2], default=1)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    desk = Desk(args.platform)

    def objective(trial):
        (found,) = desk.ask([suggest(trial)])
        latency = found["platforms"][0]["latencyMs"]
        trial.set_user_attr("latency", latency)
        trial.set_user_attr("architecture", found["architecture"])
        trial.set_constraint("latency", latency - args.max_latency)
        return found["accuracy"] if args.objectives == 1 else (found["accuracy"], latency)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        directions=["maximize", "minimize"][: args.objectives],
        sampler=optuna.samplers.NSGAIISampler(seed=args.seed),
    )
    study.optimize(objective, n_trials=args.trials)
    desk.close()
    met = [trial for trial in study.trials if trial.user_attrs["latency"] <= args.max_latency]
    best = max(met, key=lambda trial: trial.values[0], default=None)
    print(
        json.dumps(
            {
                "trials": len(study.trials),
                "met": len(met),
                "front": len(study.best_trials) if args.objectives == 2 else None,
                "best": best and {"accuracy": best.values[0], **best.user_attrs},
            }
        )
    )


if __name__ == "__main__":
    main()
