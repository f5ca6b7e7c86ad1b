namespace WasiGpu.TestWorker;

/// <summary>What a device does at a guest's first kernel.</summary>
internal enum Misdeed
{
    /// <summary>It never answers, and looks at no deadline, as a driver does whose kernel does not end.</summary>
    Stuck,

    /// <summary>It reads where no memory is, as a driver with a defect does.</summary>
    Crash,

    /// <summary>It gives up, as libraries do whose own checks fail.</summary>
    Abort,

    /// <summary>It ends the process, as some libraries do that cannot go on.</summary>
    Exit,

    /// <summary>It is lost, and says so.</summary>
    Lost,
}
