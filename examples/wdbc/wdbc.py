#!/usr/bin/env python
"""WDBC: compare regressors. Which of four regressors tells malignant tumors from benign ones best?

The graph that wdbc.plynx holds, built through the Python API. Run it with ``python wdbc.py``, or with
``jupyter plynx run wdbc.py``; a second run is restored from the cache.
"""

from collections import namedtuple
from pathlib import Path

from plynx_jupyter import Client, File, Graph, Operation
from plynx_jupyter.client import Output, Param

HERE = Path(__file__).parent

TrainDescriptor = namedtuple("TrainDescriptor", ["name", "method", "parameters"])
train_descriptors = [
    TrainDescriptor("gbr-100", "GradientBoostingRegressor", "100"),
    TrainDescriptor("mlp-100-10", "MLPRegressor", "100 10"),
    TrainDescriptor("mlp-100-8", "MLPRegressor", "100 8"),
    TrainDescriptor("mlp-80-10", "MLPRegressor", "80 10"),
]

# -- Operations: what can be run -----------------------------------------------------------------------------

Split = Operation.from_script(
    HERE / "split.py",
    title="Split Train Test",
    inputs=[("data", "csv")],
    params=[Param("rate", default=0.7), Param("seed", default=0)],
    outputs=[("train", "csv"), ("test", "csv")],
)

Checksums = Operation.from_script(
    HERE / "checksums.sh.j2",
    kind="bash_jinja2",
    title="Checksums",
    inputs=[("train", "csv"), ("test", "csv")],
    outputs=[Output("report.txt", "text")],
)

TrainRegression = Operation.from_script(
    HERE / "train.py",
    title="Train regression",
    inputs=[("data", "csv")],
    params=[
        Param("regressor", values=["GradientBoostingRegressor", "MLPRegressor"]),
        Param("hidden_layer_sizes", default="100"),
        Param("seed", default=0),
    ],
    outputs=["model"],
)

Predict = Operation.from_script(
    HERE / "predict.py",
    title="Predict",
    inputs=[("data", "csv"), "model"],
    outputs=[("prediction", "csv")],
)

# A notebook says itself what goes in and comes out: in its cell tagged "parameters".
Compare = Operation.from_notebook(HERE / "compare.ipynb", title="Compare regressors")

# -- Graph: what is run, on what -----------------------------------------------------------------------------

wdbc_dataset = File(HERE / "data" / "wdbc.csv", node_id="wdbc", description="569 tumors, 30 features each")

# first split the dataset
split = Split(data=wdbc_dataset.outputs.out, rate=0.7, node_id="split")
checksums = Checksums(train=split.outputs.train, test=split.outputs.test, node_id="checksums")

# run training algorithms with specified parameters
predictions = []
for descriptor in train_descriptors:
    label = f"{descriptor.method.removesuffix('Regressor')} {descriptor.parameters}"
    train = TrainRegression(
        data=split.outputs.train,
        regressor=descriptor.method,
        hidden_layer_sizes=descriptor.parameters,
        title=f"Train {label}",
        node_id=f"train-{descriptor.name}",
    )
    predict = Predict(
        data=split.outputs.test,
        model=train.outputs.model,
        title=f"Predict {label}",
        node_id=f"predict-{descriptor.name}",
    )
    predictions.append(predict.outputs.prediction)

# join 'predictions' in the report
compare = Compare(predictions=predictions, node_id="compare")

graph = Graph(
    Client(),
    id="wdbc",
    title="WDBC: compare regressors",
    description="Breast Cancer Wisconsin (Diagnostic)",
    targets=[compare, checksums],
).arrange()

if __name__ == "__main__":
    graph.approve().wait()
    print(f"The plot is {graph.latest_run['compare'].outputs['plot_png'].path()}")
