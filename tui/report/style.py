"""The style sheet of a report's page, for light and for dark ground. Colours are those of the game's own themes."""

from __future__ import annotations

from tui.themes import DARK_COLOURS, LIGHT_COLOURS

NAMES = ("text", "dim", "faint", "up", "down", "accent", "warning", "danger")


def _variables(colours: dict[str, str], ground: str, card: str) -> str:
    own = "".join(f"--{name}: {colours[f'iso-{name}']}; " for name in NAMES)
    return f"{own}--ground: {ground}; --card: {card};"


STYLE = f"""
:root {{ {_variables(LIGHT_COLOURS, "#f7f7f4", "#ffffff")} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK_COLOURS, "#101318", "#171c24")} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }}
main {{ max-width: 1080px; margin: 0 auto; padding: 28px 20px 48px; }}
h1 {{ font-size: 1.7rem; margin: 0; overflow-wrap: anywhere; }}
header p {{ margin: 4px 0 20px; color: var(--dim); overflow-wrap: anywhere; }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-bottom: 18px; }}
.tile, figure, .tables table, .wide {{ background: var(--card); border: 1px solid var(--faint); border-radius: 8px; }}
.tile {{ padding: 10px 14px; }}
.tile span {{ display: block; color: var(--dim); font-size: 0.82rem; }}
.tile b {{ font-size: 1.35rem; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.good, .up {{ color: var(--up); }}
.bad, .down {{ color: var(--down); }}
td.danger {{ color: var(--danger); font-weight: 600; }}
figure {{ margin: 0 0 18px; padding: 12px 14px 6px; }}
figcaption, caption {{ font-weight: 600; text-align: left; }}
figcaption {{ margin-bottom: 8px; display: flex; flex-wrap: wrap; gap: 0 16px; }}
figcaption span {{ color: var(--dim); font-weight: 400; font-size: 0.82rem; }}
figcaption i {{ font-style: normal; margin-left: 10px; }}
i.buy {{ color: var(--up); }}
i.sell {{ color: var(--down); }}
i.call {{ color: var(--warning); }}
i.liquidation {{ color: var(--danger); }}
i.flow {{ color: var(--dim); }}
svg {{ display: block; width: 100%; height: auto; }}
svg text {{ fill: var(--dim); font-size: 12px; font-variant-numeric: tabular-nums; }}
svg .name {{ fill: var(--text); font-size: 13px; }}
svg .figure {{ fill: var(--text); font-size: 13px; text-anchor: end; }}
svg .middle {{ text-anchor: middle; }}
svg .grid {{ stroke: var(--faint); stroke-width: 1; }}
svg .zero {{ stroke: var(--dim); stroke-width: 1; }}
svg polyline {{ fill: none; stroke-width: 1.6; stroke-linejoin: round; }}
svg polyline.line {{ stroke: var(--accent); }}
svg polyline.price {{ stroke: var(--dim); stroke-width: 1; }}
svg polyline.fall {{ stroke: var(--down); }}
svg .area {{ stroke: none; opacity: 0.22; }}
svg .line.area {{ fill: var(--accent); }}
svg .fall.area {{ fill: var(--down); }}
svg path {{ stroke: var(--card); stroke-width: 1; }}
svg .buy {{ fill: var(--up); }}
svg .sell {{ fill: var(--down); }}
svg .call {{ fill: var(--warning); }}
svg path.liquidation {{ fill: none; stroke: var(--danger); stroke-width: 2.6; }}
svg .upright.call {{ stroke: var(--warning); stroke-width: 1; stroke-dasharray: 3 3; }}
svg .upright.flow {{ stroke: var(--dim); stroke-width: 1; }}
svg .upright.liquidation {{ stroke: var(--danger); stroke-width: 1.4; }}
svg rect.gain {{ fill: var(--up); }}
svg rect.loss {{ fill: var(--down); }}
.tables {{ columns: 2 380px; column-gap: 18px; }}
.tables + * {{ margin-top: 4px; clear: both; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
.tables table {{ break-inside: avoid; border-collapse: separate; border-spacing: 0; padding: 8px 14px; }}
.tables div {{ break-inside: avoid; padding-bottom: 18px; }}
caption {{ padding: 6px 0; }}
th, td {{ padding: 3px 0; text-align: right; font-weight: 400; white-space: nowrap; }}
th[scope="row"] {{ text-align: left; color: var(--dim); white-space: normal; }}
tr.sum th, tr.sum td {{ border-top: 1px solid var(--faint); font-weight: 600; color: var(--text); }}
.wide {{ overflow-x: auto; padding: 8px 14px; margin-bottom: 18px; }}
.wide thead th {{ color: var(--dim); border-bottom: 1px solid var(--faint); }}
.wide th, .wide td {{ padding: 3px 10px 3px 0; }}
.wide:not(.about) th, .wide:not(.about) td {{ font-size: 0.86rem; }}
.wide tr > :last-child {{ padding-right: 0; }}
.words {{ text-align: left; }}
.about td {{ text-align: left; white-space: normal; overflow-wrap: anywhere; }}
.about th {{ width: 12rem; vertical-align: top; }}
footer {{ color: var(--dim); font-size: 0.85rem; }}
@media print {{ body {{ background: none; }} figure, .tables table {{ break-inside: avoid; }} }}
"""
