// The suites compare the device's memory in use, and the tests share one device.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
