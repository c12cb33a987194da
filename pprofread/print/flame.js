/* Makes every .flame section of the page move: zoom on click, search, details, keys. Without it the graphs still show.
 * The frames are in the page already, in preorder; what it needs of them stands in their style (--x, --w, --y) and in
 * data-total. The address holds the state (#ID.zoom=7&ID.find=lua), so that a view can be kept and sent. */
(() => {
  'use strict';
  const NARROW = 26; // pixels: too few for any text

  const readNumber = (element, name) => parseFloat(element.style.getPropertyValue(name));

  function readFrames(boxes) {
    const frames = [];
    const path = []; // the frame above, by depth
    for (const element of boxes.children) {
      const depth = readNumber(element, '--y');
      const frame = {
        element, depth, index: frames.length,
        x: readNumber(element, '--x'), width: readNumber(element, '--w'), total: Number(element.dataset.total),
        isRest: element.classList.contains('rest'), parent: depth > 0 ? path[depth - 1] : null, end: 0, children: [],
      };
      if (frame.parent) frame.parent.children.push(frame);
      path.length = depth;
      path.push(frame);
      frames.push(frame);
      for (const above of path) above.end = frames.length; // one behind its last descendant
    }
    return frames;
  }

  function compile(text) {
    try {
      return new RegExp(text, 'i');
    } catch {
      return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
    }
  }

  const writeShare = share => (share * 100).toFixed(share < 0.1 ? 2 : 1) + ' %';

  function setUp(section) {
    const boxes = section.querySelector('.flame-boxes');
    const details = section.querySelector('.flame-details');
    const search = section.querySelector('input');
    const reset = section.querySelector('button');
    const found = section.querySelector('.flame-found');
    const frames = readFrames(boxes);
    const hint = details.textContent;
    const frameOf = new Map(frames.map(frame => [frame.element, frame]));
    let zoomed = frames[0], current = frames[0];

    const at = event => frameOf.get(event.target);
    const isAbove = frame => frame.index < zoomed.index && zoomed.index < frame.end;
    const isWithin = frame => zoomed.index <= frame.index && frame.index < zoomed.end;

    function place() {
      const pixels = boxes.clientWidth;
      let rows = 0;
      for (const frame of frames) {
        const above = isAbove(frame), style = frame.element.style;
        frame.element.hidden = !above && !isWithin(frame);
        frame.element.classList.toggle('above', above);
        if (frame.element.hidden) continue;
        const width = above ? 1 : frame.width / zoomed.width;
        style.setProperty('--x', above ? 0 : (frame.x - zoomed.x) / zoomed.width);
        style.setProperty('--w', width);
        frame.element.classList.toggle('narrow', width * pixels < NARROW);
        rows = Math.max(rows, frame.depth + 1);
      }
      boxes.style.setProperty('--rows', rows);
      reset.disabled = zoomed === frames[0] && search.value === '';
    }

    function find() {
      const pattern = search.value === '' ? null : compile(search.value);
      let count = 0, total = 0, covered = 0; // covered: up to which frame a match above counts already
      for (const frame of frames) {
        const matches = pattern !== null && !frame.isRest && pattern.test(frame.element.textContent);
        frame.element.classList.toggle('matched', matches);
        if (!matches) continue;
        count++;
        if (frame.index >= covered) {
          total += frame.total;
          covered = frame.end;
        }
      }
      found.textContent = pattern === null ? '' :
        `${writeShare(frames[0].total > 0 ? total / frames[0].total : 0)} of all, in ${count} frame${count === 1 ? '' : 's'}`;
    }

    function keep() {
      const state = new URLSearchParams(location.hash.slice(1));
      const set = (name, value) => value ? state.set(`${section.id}.${name}`, value) : state.delete(`${section.id}.${name}`);
      set('zoom', zoomed.index);
      set('find', search.value);
      try {
        history.replaceState(null, '', '#' + state);
      } catch { /* some browsers refuse it for files: the view is not kept, all else works */ }
    }

    /* The view that the address names. */
    function restore() {
      const state = new URLSearchParams(location.hash.slice(1));
      const frame = frames[Number(state.get(`${section.id}.zoom`))];
      zoomed = frame && !frame.isRest ? frame : frames[0];
      search.value = state.get(`${section.id}.find`) || '';
      find();
      place();
      focusFrame(zoomed, false);
      show(null);
      if (zoomed !== frames[0]) zoomed.element.scrollIntoView({ block: 'nearest' });
    }

    /* Of [frame], else of what is zoomed. */
    function show(frame) {
      const shown = frame || (zoomed !== frames[0] ? zoomed : null);
      details.textContent = shown ? shown.element.title : hint;
    }

    function focusFrame(frame, moves) {
      current.element.tabIndex = -1;
      current = frame;
      current.element.tabIndex = 0;
      if (moves) current.element.focus({ preventScroll: false });
    }

    function zoom(frame) {
      if (frame.isRest) return;
      zoomed = frame;
      place();
      keep();
    }

    function neighbour(frame, step) {
      const row = frame.parent ? frame.parent.children : [frame];
      return row[row.indexOf(frame) + step];
    }

    const keys = {
      ArrowUp: () => current.parent,
      ArrowDown: () => current.children[0],
      ArrowLeft: () => neighbour(current, -1),
      ArrowRight: () => neighbour(current, 1),
      Home: () => frames[0],
    };

    boxes.addEventListener('click', event => {
      const frame = at(event);
      if (!frame) return;
      focusFrame(frame, true);
      zoom(frame);
    });
    boxes.addEventListener('mouseover', event => show(at(event)));
    boxes.addEventListener('mouseleave', () => show(boxes.contains(document.activeElement) ? current : null));
    boxes.addEventListener('focusin', event => {
      const frame = at(event);
      if (!frame) return;
      focusFrame(frame, false);
      show(frame);
    });
    boxes.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in keys) {
        const frame = keys[event.key]();
        if (frame && frame.element.hidden) zoom(frame);
        if (frame) focusFrame(frame, true);
      } else if (event.key === 'Enter' || event.key === ' ') {
        zoom(current);
      } else if (event.key === 'Escape') {
        zoom(frames[0]);
      } else if (event.key === '/') {
        search.focus();
      } else {
        return;
      }
      event.preventDefault();
    });
    search.addEventListener('input', () => {
      find();
      place();
      keep();
    });
    search.addEventListener('keydown', event => {
      const match = frames.find(frame => !frame.element.hidden && frame.element.classList.contains('matched'));
      if (event.key === 'Enter' && match) focusFrame(match, true);
    });
    reset.addEventListener('click', () => {
      search.value = '';
      find();
      zoom(frames[0]);
      show(null);
    });
    addEventListener('hashchange', restore);
    new ResizeObserver(place).observe(boxes);
    restore();
  }

  document.querySelectorAll('.flame').forEach(setUp);
})();
