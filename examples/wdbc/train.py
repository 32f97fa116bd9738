"""Train a regressor to tell how likely a tumor is malignant."""

import joblib
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

data = pd.read_csv(inputs["data"])
features, target = data.drop(columns="target"), (data["target"] == "malignant").astype(float)

sizes = [int(size) for size in params["hidden_layer_sizes"].split()]
if params["regressor"] == "GradientBoostingRegressor":
    # For trees the "layers" are the number of boosting stages.
    regressor = GradientBoostingRegressor(n_estimators=sizes[0], random_state=params["seed"])
else:
    regressor = MLPRegressor(hidden_layer_sizes=sizes, max_iter=600, random_state=params["seed"])

model = make_pipeline(StandardScaler(), regressor).fit(features, target)
joblib.dump(
    {"name": f"{params['regressor']} ({params['hidden_layer_sizes']})", "model": model}, outputs["model"]
)
print(f"R² on the training data: {model.score(features, target):.3f}")
