//! How pages look: on a phone, on a desk, on paper; by day and by night.

/// The style of every page.
pub(super) const PAGE: &str = "
:root{--bg:#fff;--ink:#1f2933;--faint:#586474;--grid:#d9dee5;--head:#f3f5f8;--link:#1f5fa8;
--red:#b3261e;--redbg:#fdecea;--yellow:#7a5200;--yellowbg:#fff4d6;--green:#1f6b3a;--greenbg:#e6f4ea}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--ink:#e4e8ed;--faint:#9aa6b4;--grid:#343c46;--head:#1d232a;
--link:#8fbcf0;--red:#ff9a91;--redbg:#3d1c1a;--yellow:#f2c96b;--yellowbg:#37290a;--green:#8fd6a6;--greenbg:#16301f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:1.25rem 1rem 3rem;background:var(--bg);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"DejaVu Sans\",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.25rem;line-height:1.25;margin:2.2rem 0 .5rem;padding-top:.6rem;border-top:1px solid var(--grid)}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.3rem 0;max-width:46rem}
a{color:var(--link)}
.faint{color:var(--faint);font-size:.9rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:.8rem 0 0;padding:0}
.box{overflow-x:auto;margin:.8rem 0;max-width:100%}
.box:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding:0 0 .35rem}
th,td{padding:.32rem .7rem;text-align:right;vertical-align:top;white-space:nowrap;border-bottom:1px solid var(--grid)}
thead th{background:var(--head);font-weight:600;white-space:normal;vertical-align:bottom;overflow-wrap:normal}
th.t,td.t{text-align:left;white-space:normal;min-width:6rem;max-width:26rem;overflow-wrap:break-word;hyphens:auto}
tbody th{font-weight:400}
tr.strong th,tr.strong td{font-weight:600}
tr.ruled th,tr.ruled td{border-top:2px solid var(--faint)}
tr.l1 th{padding-left:1.8rem}tr.l2 th{padding-left:2.9rem}tr.l3 th{padding-left:4rem}
td small{display:block;color:var(--faint);font-size:.85em;line-height:1.2}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:1rem 2rem;margin:.8rem 0}
figure{margin:0;max-width:34rem}
figcaption{font-weight:600;margin-bottom:.3rem}
svg{display:block;width:100%;height:auto}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){tbody th.t,thead th.t:first-child{position:sticky;left:0;background:var(--bg);max-width:46vw;
min-width:6.5rem}thead th.t:first-child{background:var(--head)}th,td{padding:.32rem .5rem}
tr.l1 th{padding-left:1.2rem}tr.l2 th{padding-left:1.8rem}tr.l3 th{padding-left:2.4rem}}
body:has(.board){max-width:none}
.board{display:flex;gap:.8rem;align-items:flex-start}
.lane{overflow-x:auto;padding:.5rem 0;margin-top:.5rem}
.column{background:var(--head);border-radius:.5rem;padding:.6rem;min-width:0;flex:1 0 15rem}
.column.none{flex:0 1 8rem}
.column h3{margin:0 0 .2rem;line-height:1.25}
.sums{margin:0 0 .5rem;padding:0;list-style:none;font-size:.88rem;color:var(--faint);font-variant-numeric:tabular-nums}
.cards{margin:0;padding:0;list-style:none;display:grid;gap:.5rem}
.card{background:var(--bg);border:1px solid var(--grid);border-left:.35rem solid var(--grid);border-radius:.4rem;
padding:.45rem .6rem;font-size:.9rem;line-height:1.35;break-inside:avoid;min-width:0}
.card p{margin:.15rem 0}
.card .name{font-weight:600;font-size:.95rem}
.card.red{border-left-color:var(--red)}.card.yellow{border-left-color:#c98a00}.card.green{border-left-color:#3c9a5f}
.light{display:inline-block;border-radius:.3rem;padding:0 .4rem;font-size:.82rem;font-weight:600}
.light.red{background:var(--redbg);color:var(--red)}
.light.yellow{background:var(--yellowbg);color:var(--yellow)}
.light.green{background:var(--greenbg);color:var(--green)}
@media (max-width:40rem){.board{flex-direction:column;align-items:stretch}.column{flex:none}
.lane{overflow-x:visible}.column.none{display:none}}
@media print{:root{--bg:#fff;--ink:#000;--faint:#444;--grid:#bbb;--head:#eee;--link:#000}
body{max-width:none;padding:0;font-size:10pt}nav{display:none}
.box,.lane{overflow:visible}table{font-size:8pt}th,td{padding:.12rem .3rem;white-space:normal}figure{max-width:12cm}thead{display:table-header-group}
tr,figure,.card{break-inside:avoid}h1,h2,h3,caption{break-after:avoid}
.board{display:grid;grid-template-columns:repeat(3,minmax(0,1fr))}.column.none{display:none}
.light,.card,thead th{-webkit-print-color-adjust:exact;print-color-adjust:exact}
@page{margin:14mm}}
";

/// The colours of charts: the drawing has those of the day, and at night each has another.
pub(crate) const CHARTS: &str = "
svg text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"DejaVu Sans\",sans-serif;
paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
@media screen and (prefers-color-scheme:dark){svg text{stroke:#14181d}
svg [fill=\"#1F2933\"]{fill:#e4e8ed}svg [fill=\"#586474\"]{fill:#9aa6b4}svg [stroke=\"#D9DEE5\"]{stroke:#343c46}
svg [fill=\"#D9DEE5\"]{fill:#343c46}svg [fill=\"#FFFFFF\"]{fill:#14181d}
svg [fill=\"#2F6DB5\"]{fill:#5b9be3}svg [stroke=\"#2F6DB5\"]{stroke:#5b9be3}
svg [fill=\"#A9C7EA\"]{fill:#2f4f75}svg [fill=\"#C2453B\"]{fill:#e8776e}svg [stroke=\"#C2453B\"]{stroke:#e8776e}
svg [fill=\"#B86E00\"]{fill:#f0b24a}svg [stroke=\"#B86E00\"]{stroke:#f0b24a}
svg [fill=\"#2F855A\"]{fill:#63c28f}svg [stroke=\"#2F855A\"]{stroke:#63c28f}
svg [fill=\"#7B4FB5\"]{fill:#b594e6}svg [stroke=\"#7B4FB5\"]{stroke:#b594e6}
svg [fill=\"#1B8A94\"]{fill:#5cc5cf}svg [stroke=\"#1B8A94\"]{stroke:#5cc5cf}}
";
