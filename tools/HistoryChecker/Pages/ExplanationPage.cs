using System.Globalization;
using System.Net;
using System.Text;
using RaftKv.Linearizability;
using RaftKv.Linearizability.Formats;

namespace RaftKv.HistoryChecker.Pages;

/// <summary>
/// One self-contained HTML page: a lane for each client, the core highlighted, the rest collapsed. It opens on the
/// core.
/// </summary>
internal static class ExplanationPage
{
    private const int LaneHeight = 34;
    private const int Head = 40;
    private const int TextMax = 600;
    private const int CoreMax = 200;

    public static string Of(
        string file, RecordedHistory history, Verdict verdict, Explanation? explanation, Budget budget)
    {
        var page = new StringBuilder();
        var title = Text($"{Path.GetFileName(file)}: {Commands.HistoryFile.Name(verdict)}");
        page.Append("<!DOCTYPE html><html lang=en><meta charset=utf-8>");
        page.Append("<meta name=viewport content='width=device-width'><meta name=color-scheme content='light dark'>");
        page.Append($"<title>{title}</title><style>{Style}</style><h1>{title}</h1>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{history.Count:N0} operations, {history.UnknownCount:N0} of ");
        page.Append($"unknown outcome; model {Text(history.Model)}.</p>");
        if (explanation is null)
            return page.Append($"<p>{Text(WithoutCore(verdict))}</p></html>").ToString();

        page.Append($"<p class=why>{Text(Capital(explanation.Sentence))}.</p><ol>");
        foreach (var index in explanation.Core.Take(CoreMax))
            page.Append($"<li><a href='#o{index}'>{Text(Told(history[index]))}</a></li>");
        page.Append("</ol>");
        AppendLanes(page, history, explanation.Core, history.FirstImpossibleReturn(budget));
        return page.Append($"<script>{Script}</script></html>").ToString();
    }

    private static void AppendLanes(
        StringBuilder page, RecordedHistory history, IReadOnlyList<int> core, long? impossibleAt)
    {
        var shown = Selection.Of(history, [.. core.Take(CoreMax)]);
        var isShown = shown.ToHashSet();
        var hidden = Enumerable.Range(0, history.Count).Where(index => !isShown.Contains(index))
            .Select(index => history[index].Call).Order().ToArray();
        var scale = new TimeScale(
            shown.SelectMany(index => new[] { history[index].Call, history[index].Return ?? history[index].Call })
                .Concat(impossibleAt is { } at ? [at] : []),
            hidden);
        var lanes = shown.Select(index => history[index].Client).Distinct().Order().ToList();
        var height = (lanes.Count * LaneHeight) + Head;
        page.Append("<div id=view tabindex=0 role=region aria-label=operations>");
        page.Append($"<div id=lanes style='width:{scale.Width + 110}px;height:{height}px'>");
        if (impossibleAt is { } end)
        {
            var place = 110 + scale[end];
            page.Append($"<div class=legal style='width:{place}px'></div><div class=end style='left:{place}px'>");
            page.Append(CultureInfo.InvariantCulture, $"linearizable until just before {end:N0}</div>");
        }

        foreach (var (from, width, operations) in scale.Gaps)
        {
            page.Append($"<div class=gap style='left:{110 + from}px;width:{width}px'>");
            page.Append(CultureInfo.InvariantCulture, $"{operations:N0} more</div>");
        }

        for (var lane = 0; lane < lanes.Count; lane++)
            page.Append($"<div class=lane style='top:{Top(lane)}px'><b>client {lanes[lane]}</b></div>");
        foreach (var index in shown)
        {
            var operation = history[index];
            var (left, top) = (scale[operation.Call], Top(lanes.IndexOf(operation.Client)));
            var right = operation.Return is { } back ? scale[back] : scale.Width;
            var kind = (core.Contains(index) ? "core" : "other") + (operation.Return is null ? " lost" : "");
            page.Append($"<div id=o{index} tabindex=0 class='op {kind}' title='{Text(Told(operation))}' ");
            page.Append($"style='left:{110 + left}px;top:{top + 4}px;width:{Math.Max(right - left, 8)}px'>");
            page.Append($"<span>{Text(operation.What)}</span></div>");
        }

        page.Append("</div></div><p class=legend><span class='op core'>the core</span> cannot all be. ");
        page.Append("<span class='op other lost'>unknown outcome</span> may take effect at any later time.");
        page.Append(" Hover for the whole text; long stretches without the core are left out.</p>");
    }

    private static string WithoutCore(Verdict verdict) => verdict switch
    {
        Verdict.Linearizable => "Some order of the operations explains every answer: there is nothing to explain.",
        Verdict.Illegal => "The budget ran out before a core was found.",
        _ => "The budget ran out before it was clear whether some order of the operations explains every answer.",
    };

    private static int Top(int lane) => Head + (lane * LaneHeight);

    private static string Told(RecordedOperation operation)
    {
        var back = operation.Return is { } at ? at.ToString("N0", CultureInfo.InvariantCulture) : "unknown";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"client {operation.Client} {operation.What} [{operation.Call:N0}, {back}]");
    }

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];

    private static string Text(string text) =>
        WebUtility.HtmlEncode(text.Length <= TextMax ? text : text[..TextMax] + "…");

    private const string Style = """
        body{font:14px/1.45 system-ui,sans-serif;margin:20px;color:var(--ink);background:var(--paper)}
        :root{--ink:#1c2430;--soft:#46505e;--paper:#fff;--line:#ccd3dc;--op:#dfe6ee;--stripe:#f5f7f9;--why:#a3141e;
          --legal:#e9f6ec;--end:#2c8a45}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#b6bfcb;--paper:#15191f;--line:#3a434f;
          --op:#2c3541;--stripe:#1c222a;--why:#ff8a92;--legal:#1b3123;--end:#5cc27a}}
        h1{font-size:19px;margin:0 0 4px}p{margin:4px 0}ol{margin:6px 0 12px;color:var(--soft)}a{color:inherit}
        .why{font-size:16px;font-weight:600;color:var(--why)}
        #view{overflow:auto;max-height:70vh;border:1px solid var(--line);border-radius:6px}
        #lanes{position:relative}
        .lane{position:absolute;left:0;right:0;height:34px;border-top:1px solid var(--stripe);box-sizing:border-box}
        .lane b{position:sticky;left:0;z-index:4;box-sizing:border-box;height:33px;display:inline-block;width:106px;
          padding:7px 8px;background:var(--paper);font-weight:500;font-size:12px;color:var(--soft)}
        .op{position:absolute;height:24px;line-height:24px;padding:0 4px;box-sizing:border-box;border-radius:4px;
          overflow:clip;white-space:nowrap;font-size:12px;
          background:var(--op);color:var(--soft);z-index:2;scroll-margin:0 40vw 0 130px}
        .op span{position:sticky;left:112px}
        .op:hover,.op:focus{width:auto!important;z-index:5;box-shadow:0 1px 6px #0005}
        .core{background:#c8202c;color:#fff;z-index:3;min-width:110px}
        .lost{background-image:linear-gradient(90deg,transparent,var(--paper))}
        .gap{position:absolute;top:18px;bottom:0;color:var(--soft);font-size:11px;text-align:center;
          background:repeating-linear-gradient(135deg,var(--stripe) 0 6px,var(--paper) 6px 12px)}
        .legal{position:absolute;top:0;bottom:0;left:0;background:var(--legal)}
        .end{position:absolute;top:0;bottom:0;border-left:2px solid var(--end);
          padding-left:5px;color:var(--end);font-size:12px;
          white-space:nowrap;z-index:1}
        .legend .op{position:static;display:inline-block;vertical-align:middle;min-width:0}
        """;

    private const string Script = """
        const core=[...document.querySelectorAll('#lanes .core')],view=document.getElementById('view');
        if(core.length){const last=core[core.length-1];view.scrollLeft=last.offsetLeft-view.clientWidth/2;
        view.scrollTop=last.offsetTop-view.clientHeight/2}
        """;
}
