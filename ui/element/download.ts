/** Offers a text as a file to save. */
export function downloadText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken its copy by the time the click is through.
  URL.revokeObjectURL(url);
}

/** A drawn chart as an SVG file that looks the same without the page: styles resolved, on its background. */
export function standaloneSvg(chart: SVGSVGElement, title: string): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const originals = [chart, ...chart.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((node, i) => {
    const style = getComputedStyle(originals[i]!);
    node.removeAttribute('style');
    for (const name of RESOLVED) node.setAttribute(name, style.getPropertyValue(name));
  });
  const namespace = 'http://www.w3.org/2000/svg';
  const background = document.createElementNS(namespace, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(chart).getPropertyValue('--surface'));
  const heading = document.createElementNS(namespace, 'title');
  heading.textContent = title;
  copy.prepend(heading, background);
  copy.removeAttribute('aria-hidden');
  return new XMLSerializer().serializeToString(copy);
}

const RESOLVED = [
  'fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity', 'paint-order',
  'font-family', 'font-size', 'font-weight', 'text-anchor',
];
