namespace RaftKv.Scenarios.Scripts;

/// <summary>What to take out (-) and put in (+) to turn one text into another, with some lines around.</summary>
internal static class LineDiff
{
    private const int Context = 3;

    public static string Of(string before, string after)
    {
        var lines = Lines(before.Split('\n'), after.Split('\n')).ToArray();
        var shown = new bool[lines.Length];
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index][0] == ' ')
                continue;
            for (var near = index - Context; near <= index + Context; near++)
            {
                if (near >= 0 && near < shown.Length)
                    shown[near] = true;
            }
        }

        return string.Join('\n', lines.Where((_, index) => shown[index]));
    }

    private static IEnumerable<string> Lines(string[] left, string[] right)
    {
        var common = CommonLengths(left, right);
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (left[i] == right[j])
            {
                yield return " " + left[i++];
                j++;
            }
            else if (common[i + 1, j] >= common[i, j + 1])
            {
                yield return "-" + left[i++];
            }
            else
            {
                yield return "+" + right[j++];
            }
        }

        for (; i < left.Length; i++)
            yield return "-" + left[i];
        for (; j < right.Length; j++)
            yield return "+" + right[j];
    }

    /// <summary>The length of the longest common subsequence of what follows two positions.</summary>
    private static int[,] CommonLengths(string[] left, string[] right)
    {
        var length = new int[left.Length + 1, right.Length + 1];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            for (var j = right.Length - 1; j >= 0; j--)
            {
                length[i, j] = left[i] == right[j]
                    ? length[i + 1, j + 1] + 1
                    : Math.Max(length[i + 1, j], length[i, j + 1]);
            }
        }

        return length;
    }
}
