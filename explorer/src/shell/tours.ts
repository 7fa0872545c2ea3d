export interface TourStep {
  readonly text: string;
  /** A state of the view that shows what the step says. */
  readonly link?: { readonly words: string; readonly address: `#${string}` };
}

/** Guided tours in words, by the view they belong to. */
export const tours: Readonly<Record<string, readonly TourStep[]>> = {
  alignment: [
    {
      text:
        "Each sample pulls the parameters its own way; SGD follows a few samples at a time, so its steps are noisy. " +
        "The matrix Σ says how strong this noise is along each direction, G how sharply the loss bends there.",
    },
    {
      text:
        "The left map is Σ in the eigenvectors of G, sharpest first; the right one is 2L·G. The noise is strong " +
        "where the loss is sharp: the two maps are alike.",
      link: { words: "Many samples make them nearly equal.", address: "#alignment?n=400&d=10" },
    },
    {
      text:
        "One number for each direction compares them: g is the noise along it over what 2L·G would give. Markers near " +
        "1 mean that the noise is as strong as the curvature says. The line is what the theory gives for infinitely many samples.",
    },
    {
      text: "μ sums this up for the loss. It stays near 1 however many parameters there are.",
      link: {
        words: "A deep linear network with thousands of them.",
        address: "#alignment?model=deep-linear&width=64",
      },
    },
    {
      text: "Press Train: SGD moves the parameters, and μ is measured along the way.",
      link: { words: "A network on digits.", address: "#alignment?data=digits&model=fnn&width=16" },
    },
  ],
  cycles: [
    {
      text:
        "The model has come to a minimum that is sharp. SGD and gradient descent (GD) start there together, under the same " +
        "learning rate, which goes up and down. Press Train.",
    },
    {
      text:
        "While the learning rate is above SGD's threshold η*, SGD leaves for flatter places, and η* rises with them; while it is " +
        "small, SGD settles. GD, which has no noise, stays as sharp as it was.",
      link: { words: "See where they are after four cycles.", address: "#cycles?at=4000" },
    },
    {
      text: "Below the threshold nothing happens, for SGD neither.",
      link: { words: "The same with half the learning rate.", address: "#cycles?high=0.1&at=4000" },
    },
    {
      text: "GD as well leaves when the learning rate comes above its own edge, 2/λ₁.",
      link: {
        words: "One short rise above it.",
        address: "#cycles?schedule=one-cycle&high=1.1&batch=20&at=4000",
      },
    },
    {
      text:
        "Draw a schedule of your own on the picture, with a finger, the mouse, or the arrow keys. What is ahead can be changed " +
        "while training goes on.",
      link: { words: "Three waves.", address: "#cycles?schedule=drawn" },
    },
    {
      text: "Whether networks do the same, and whether it helps them, is another question.",
      link: { words: "A network on digits.", address: "#cycles?model=fnn&steps=1600&high=0.6&batch=2" },
    },
  ],
  escape: [
    {
      text:
        "Put a model at a minimum where the loss is 0, displace it a little, and let it descend. A learning rate that is " +
        "too large for the sharpest direction makes it leave. Every point is one trajectory that leaves, or does not.",
    },
    {
      text:
        "Gradient descent (squares) leaves beyond 2/λ₁, along the sharpest direction alone: the flat ones go on " +
        "shrinking, and D_1, the loss of the flat directions over that of the sharpest, falls to 0.",
      link: { words: "One sharp direction among flat ones.", address: "#escape?spectrum=sharp&rate=0.06" },
    },
    {
      text:
        "SGD (discs) leaves in all directions at once, for its noise lies in all of them: D_1 tends to a number that is " +
        "not 0, near the paper's bound.",
      link: { words: "Many flat directions carry most.", address: "#escape?spectrum=isotropic&rate=0.12" },
    },
    {
      text:
        "SGD also leaves earlier. The mark η* on the slider is the exact learning rate from which its mean loss grows; " +
        "it comes up to 2/λ₁ as the batch grows.",
      link: { words: "Batches of 16.", address: "#escape?batch=16&rate=1.2" },
    },
    {
      text: "Close above η* the mean loss grows while the median falls: few trajectories leave, and they carry the mean.",
      link: { words: "Just above the threshold.", address: "#escape?rate=0.37&steps=80" },
    },
  ],
  model: [
    {
      text:
        "Bring a network at some weights, with samples: an .onnx file and an .npz with x and y. Or bring the Jacobian " +
        "of its outputs with the residuals, if you have computed them. Drop the files anywhere on the page.",
    },
    {
      text:
        "The sentence on top says how fast the noise of SGD raises the loss there, compared with noise of the form " +
        "2L·G and with noise of the same size that has no preferred direction.",
    },
    {
      text:
        "The interval beside μ says how far it would move with other samples. The certificate says between which " +
        "values μ would lie whatever the targets were.",
      link: { words: "Ask for the certificate.", address: "#model?certificate=yes" },
    },
    {
      text: "Were this point a minimum, up to which learning rate would SGD stay there? That depends on the batch size.",
      link: {
        words: "Ask for batches of 1, 8 and 64.",
        address: "#model?stability=1%2C8%2C64&replacement=with",
      },
    },
    {
      text: "Save measure.json: it is the document that the command noisegeo measure writes.",
    },
  ],
  runs: [
    {
      text:
        "noisegeo explore FOLDER serves this page with what the folder holds: training runs, sweeps of many jobs, and " +
        "reproductions of the paper's claims. It looks again every second or two; a run that is being trained grows as you watch.",
    },
    {
      text:
        "Tick a run to see what it has measured against the step. Tick several, and each curve is drawn for all of them; the " +
        "table above says in what their configurations differ.",
    },
    {
      text:
        "μ near 1 means that the noise raises the loss as strongly as the curvature says; its interval is over the samples looked " +
        "at. Losses are best seen on a logarithmic axis.",
      link: { words: "Only loss and μ.", address: "#runs?show=loss%2ClossAlignment" },
    },
    {
      text:
        "A sweep shows how many jobs are done, what came out against what was varied, and a table in which the runs of its jobs " +
        "can be ticked.",
    },
    {
      text:
        "A reproduction lists the claims with their verdicts. The margin of the tightest check says how near a claim came to " +
        "another verdict.",
    },
  ],
};
