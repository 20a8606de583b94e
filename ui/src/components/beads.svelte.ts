import type { Attachment } from "svelte/attachments";

const SPACING = 26;

interface Motion {
  direction: -1 | 0 | 1;
  /** px/s */
  speed: number;
}

/**
 * Let the dashes of a path run along it. Speed changes without a jump; nothing moves for people who asked for less motion.
 * The motion is read in an effect, so that a new speed does not start a new animation.
 */
export function beads(motion: () => Motion): Attachment<SVGPathElement> {
  return (path) => {
    path.setAttribute("stroke-dasharray", `0 ${SPACING}`);
    const quiet = window.matchMedia("(prefers-reduced-motion: reduce)");
    const effect = new KeyframeEffect(path, null, { duration: 1000, iterations: Infinity });
    const animation = new Animation(effect);
    let running = 0;
    const apply = (): void => {
      const { direction, speed } = motion();
      if (quiet.matches || direction === 0) {
        animation.pause();
        running = 0;
        return;
      }
      // An endless animation cannot run backwards: the other direction has other keyframes.
      if (direction !== running) {
        const ends = [SPACING, 0];
        effect.setKeyframes({ strokeDashoffset: direction > 0 ? ends : ends.reverse() });
      }
      running = direction;
      animation.updatePlaybackRate(speed / SPACING);
      animation.play();
    };
    quiet.addEventListener("change", apply);
    $effect(apply);
    return () => {
      quiet.removeEventListener("change", apply);
      animation.cancel();
    };
  };
}
