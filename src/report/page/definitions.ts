import temml from "temml";
import { type Html, html, trusted } from "./html.ts";

function formula(tex: string): Html {
  return trusted(temml.renderToString(tex, { displayMode: true }));
}

function symbol(tex: string): Html {
  return trusted(temml.renderToString(tex));
}

/** The two metrics of [WW] (docs/theory.md §2), typeset as MathML. */
export function definitions(): Html {
  return html`
<section class="definitions" aria-labelledby="definitions">
<h2 id="definitions">What is measured</h2>
<div class="pair">
<div class="card">
<h3>Loss alignment</h3>
${formula(String.raw`\mu(\theta) = \frac{\operatorname{Tr}(\Sigma G)}{2L\,\lVert G\rVert_F^2}`)}
<p>How much the noise of one step raises the loss, against noise that follows the curvature exactly.</p>
</div>
<div class="card">
<h3>Directional alignment</h3>
${formula(String.raw`g(\theta; v) = \frac{v^{\top}\Sigma\, v}{2L\; v^{\top} G\, v}`)}
<p>The same comparison along a single direction ${symbol("v")} of parameter space.</p>
</div>
</div>
<p>${symbol("\\Sigma")} is the covariance of the gradient noise at batch size 1, ${symbol("G")} the
Gauss–Newton matrix, ${symbol("L")} the loss. Both metrics are 1 where ${symbol("\\Sigma = 2L\\,G")}. With
${symbol("\\Sigma_1")}, the second moment of the gradients, in place of ${symbol("\\Sigma")} they are written
${symbol("\\mu_1")} and ${symbol("g_1")}.</p>
</section>`;
}
