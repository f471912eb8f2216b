import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ErrorData } from '../../core/base/errors';

/** Something this page has to say: an answer to what the operator just did. */
export type Message =
  | { readonly id: number; readonly kind: 'error'; readonly error: ErrorData }
  | { readonly id: number; readonly kind: 'info'; readonly text: string };

/** How long an information stays. Errors stay until they are dismissed. */
const infoMilliseconds = 6000;
/** More at once would hide the bench; the oldest go. */
const maxMessages = 4;

export const messagesStore = createStore<{ readonly messages: readonly Message[] }>(() => ({
  messages: [],
}));

let lastId = 0;

function add(message: Message): void {
  const { messages } = messagesStore.getState();
  messagesStore.setState({ messages: [...messages, message].slice(-maxMessages) });
}

/** Shows an error until it is dismissed. The same error twice is shown once. */
export function showError(error: ErrorData): void {
  const known = messagesStore
    .getState()
    .messages.some((message) => message.kind === 'error' && message.error.message === error.message);
  if (!known) add({ id: ++lastId, kind: 'error', error });
}

/** Shows a short text for a few seconds. */
export function showInfo(text: string): void {
  const id = ++lastId;
  add({ id, kind: 'info', text });
  setTimeout(() => {
    dismissMessage(id);
  }, infoMilliseconds);
}

/** Takes a message away. */
export function dismissMessage(id: number): void {
  const { messages } = messagesStore.getState();
  messagesStore.setState({ messages: messages.filter((message) => message.id !== id) });
}

/** Takes all messages away. */
export function dismissMessages(): void {
  messagesStore.setState({ messages: [] });
}

/** The messages on the screen, oldest first. */
export function useMessages(): readonly Message[] {
  return useStore(messagesStore, ({ messages }) => messages);
}
