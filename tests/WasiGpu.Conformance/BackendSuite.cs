using System.Security.Cryptography;

namespace WasiGpu.Conformance;

/// <summary>Checks a backend against the contract of <see cref="IGpuBackend"/>.</summary>
public static class BackendSuite
{
    /// <summary>All cases. Each opens sessions of its own, so any subset runs in any order.</summary>
    public static IReadOnlyList<ConformanceCase> Cases { get; } = AllCases();

    /// <summary>Runs the chosen cases one after another.</summary>
    /// <param name="device">The device. Nobody else may use it meanwhile: its memory in use is
    /// compared.</param>
    /// <param name="options">Which cases, and which data.</param>
    /// <param name="report">Gets each result as soon as it is known.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static void Run(IGpuDevice device, SuiteOptions options, Action<CaseResult> report)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        ulong seed = options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        foreach (ConformanceCase candidate in Cases)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            if (options.Selects(candidate))
            {
                report(RunCase((BackendCase)candidate, device, seed));
            }
        }
    }

    private static CaseResult RunCase(BackendCase chosen, IGpuDevice device, ulong seed)
    {
        ulong usedBytes = device.Memory.UsedBytes;
        CaseOutcome outcome = CaseOutcome.Passed;
        string detail = string.Empty;
        try
        {
            chosen.Body(new CaseContext(device, chosen.Name, seed));
            Expect.True(!device.IsLost, "the device is lost");
            Expect.Equal("device memory in use after the session ended", usedBytes, device.Memory.UsedBytes);
        }
        catch (GpuException e) when (chosen.IsBig && e.Error.Kind == GpuErrorKind.OutOfMemory)
        {
            outcome = CaseOutcome.Skipped;
            detail = $"the device is too small: {e.Message}";
        }
        catch (ConformanceException e)
        {
            outcome = CaseOutcome.Failed;
            detail = $"{e.Message} (seed {seed})";
        }
        catch (Exception e)
        {
            outcome = CaseOutcome.Failed;
            detail = $"{e.GetType().Name}: {e.Message} (seed {seed})";
        }

        return new CaseResult(chosen.Name, outcome, detail);
    }

    private static List<ConformanceCase> AllCases()
    {
        CaseList cases = new();
        BufferCases.AddTo(cases);
        MemoryCases.AddTo(cases);
        SessionCases.AddTo(cases);
        DeadlineCases.AddTo(cases);
        BootstrapCases.AddTo(cases);
        FindSplitCases.AddTo(cases);
        AverageCases.AddTo(cases);
        MatMulCases.AddTo(cases);
        ElementwiseCases.AddTo(cases);
        ReduceCases.AddTo(cases);
        BatchPredictCases.AddTo(cases);
        ForestChangeCases.AddTo(cases);
        return cases.All;
    }
}
