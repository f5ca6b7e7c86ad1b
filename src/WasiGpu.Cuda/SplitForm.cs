namespace WasiGpu.Cuda;

/// <summary>How often find-split reads the samples; a form that does not suit the sizes is not taken.</summary>
internal enum SplitForm
{
    /// <summary>By the sizes.</summary>
    Auto,

    /// <summary>Once, with a scale of the labels that is guessed; again where the guess was wrong.</summary>
    Once,

    /// <summary>Twice: the labels are measured first.</summary>
    Twice,
}
