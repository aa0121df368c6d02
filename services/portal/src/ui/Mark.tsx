export interface MarkProps {
  size?: number;
}

/** The sign of Proscenium: a rounded square with an arch cut out of it, light falling through. */
export function Mark({ size = 28 }: MarkProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        fillRule="evenodd"
        fill="#e0a030"
        d="M8 0h16a8 8 0 0 1 8 8v16a8 8 0 0 1-8 8h-1V16a7 7 0 0 0-14 0v16H8a8 8 0 0 1-8-8V8a8 8 0 0 1 8-8Z"
      />
      <path
        fill="#e0a030"
        fillOpacity="0.35"
        d="M16 12.5a3.5 3.5 0 0 1 3.5 3.5v16h-7V16a3.5 3.5 0 0 1 3.5-3.5Z"
      />
    </svg>
  );
}
