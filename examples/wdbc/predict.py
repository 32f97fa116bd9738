"""Apply a trained model to rows it hasn't seen."""

import joblib
import pandas as pd

data = pd.read_csv(inputs["data"])
loaded = joblib.load(inputs["model"])
prediction = pd.DataFrame(
    {
        "model": loaded["name"],
        "malignant": (data["target"] == "malignant").astype(int),
        "score": loaded["model"].predict(data.drop(columns="target")).round(6),
    }
)
prediction.to_csv(outputs["prediction"], index=False)
print(f"{loaded['name']}: {len(prediction)} predictions")
