import {
  Button,
  CloseButton,
  createTheme,
  Modal,
  type VariantColorsResolver,
  type MantineThemeOverride,
} from '@mantine/core';

/** Colours of buttons and badges from the tokens; `red` is for what destroys or stops, all else is the accent. */
const variantColorResolver: VariantColorsResolver = ({ variant, color }) => {
  const danger = color === 'red';
  const colour = danger ? 'var(--bad)' : 'var(--accent)';
  const soft = danger ? 'var(--bad-soft)' : 'var(--accent-soft)';
  switch (variant) {
    case 'filled':
      return {
        background: colour,
        hover: danger ? 'var(--bad)' : 'var(--accent-hover)',
        color: danger ? 'var(--bad-ink)' : 'var(--accent-ink)',
        border: '1px solid transparent',
      };
    case 'light':
      return { background: soft, hover: soft, color: colour, border: '1px solid transparent' };
    case 'outline':
      return { background: 'transparent', hover: soft, color: colour, border: `1px solid ${colour}` };
    case 'subtle':
    case 'transparent':
      return { background: 'transparent', hover: soft, color: colour, border: '1px solid transparent' };
    default:
      return {
        background: 'var(--paper-raised)',
        hover: 'var(--paper-sunken)',
        color: danger ? 'var(--bad)' : 'var(--ink)',
        border: '1px solid var(--line-strong)',
      };
  }
};

/** Mantine as this page uses it. What colours and spaces there are, is in tokens.css. */
export const mantineTheme: MantineThemeOverride = createTheme({
  variantColorResolver,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { variant: 'default', size: 'md' } }),
    CloseButton: CloseButton.extend({ defaultProps: { size: 'xl' } }),
    // Scroll locking writes a style element.
    Modal: Modal.extend({
      defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } },
    }),
  },
});
