"""Write data/wdbc.csv from the copy of the data set that ships inside scikit-learn."""

from pathlib import Path

from sklearn.datasets import load_breast_cancer

loaded = load_breast_cancer(as_frame=True)
frame = loaded.frame.rename(columns=lambda name: name.replace(" ", "_"))
# In scikit-learn's copy 0 is malignant; here the target says in words what it means.
frame["target"] = frame["target"].map(dict(enumerate(loaded.target_names)))
path = Path(__file__).parent / "data" / "wdbc.csv"
frame.to_csv(path, index=False)
print(f"{path}: {len(frame)} rows, {len(frame.columns)} columns")
