import {
  Camera,
  ClipboardList,
  type LucideIcon,
  Mail,
  MessageCircle,
  MessageSquareText,
  MessagesSquare,
  Phone,
} from "lucide-react";
import type { ChannelType } from "../../engine/core/domain/channel.ts";

export const CHANNEL_ICONS: Readonly<Record<ChannelType, LucideIcon>> = {
  whatsapp: Phone,
  whatsappTwilio: Phone,
  messenger: MessagesSquare,
  instagram: Camera,
  sms: MessageSquareText,
  email: Mail,
  form: ClipboardList,
  web: MessageCircle,
};
