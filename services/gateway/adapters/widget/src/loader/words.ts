// What the launcher says; everything else is said in the panel.

import type { Language } from "../shared/languages";

/** Open the chat, close the chat, new messages, dismiss. */
type Words = readonly [open: string, close: string, unread: string, dismiss: string];

export const WORDS: Record<Language, Words> = {
  en: ["Open chat", "Close chat", "new messages", "Dismiss"],
  es: ["Abrir el chat", "Cerrar el chat", "mensajes nuevos", "Descartar"],
  de: ["Chat öffnen", "Chat schließen", "neue Nachrichten", "Ausblenden"],
  fr: ["Ouvrir le chat", "Fermer le chat", "nouveaux messages", "Masquer"],
  pt: ["Abrir o chat", "Fechar o chat", "novas mensagens", "Dispensar"],
  ar: ["فتح المحادثة", "إغلاق المحادثة", "رسائل جديدة", "إخفاء"],
};
