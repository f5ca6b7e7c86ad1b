// Checks the backend of this sample: dotnet run --project samples/backend
using BackendSample;
using WasiGpu;
using WasiGpu.Conformance;

using IGpuDevice device = new GpuDevices([new ScalarProvider()]).Open("scalar");
List<CaseResult> results = [];
BackendSuite.Run(device, new SuiteOptions { Small = true }, results.Add);
foreach (CaseResult result in results.Where(result => result.Outcome == CaseOutcome.Failed))
{
    Console.WriteLine($"{result.Case}: {result.Detail}");
}

int failed = results.Count(result => result.Outcome == CaseOutcome.Failed);
Console.WriteLine($"{results.Count - failed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
