// Tests count the processes that this one started, and measure when they end.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
