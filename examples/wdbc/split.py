"""Split a table at random into a part to train on and a part to test on."""

import pandas as pd

data = pd.read_csv(inputs["data"])
shuffled = data.sample(frac=1, random_state=params["seed"])
count = round(len(shuffled) * params["rate"])
shuffled[:count].to_csv(outputs["train"], index=False)
shuffled[count:].to_csv(outputs["test"], index=False)
print(f"{count} rows to train on, {len(shuffled) - count} to test on")
