import {
  ArrowRightLeft,
  BookText,
  CalendarClock,
  Clock,
  CornerUpRight,
  Flag,
  GitBranch,
  Globe,
  IdCard,
  ListChecks,
  type LucideIcon,
  Megaphone,
  MessageCircle,
  MessageCircleQuestion,
  MessageSquareText,
  PackageSearch,
  ReceiptText,
  ShoppingBag,
  Shuffle,
  Sparkles,
  StickyNote,
  Tag,
  UserRound,
  Variable,
  Workflow,
} from "lucide-react";
import type { NodeGroup } from "../../engine/core/nodes/node-type.ts";

/** The actor of a group, whose colour it bears everywhere. */
const TONES: Readonly<Record<NodeGroup, "brand" | "assistant" | "agent" | "customer">> = {
  messages: "brand",
  shop: "brand",
  logic: "customer",
  assistant: "assistant",
  actions: "customer",
  people: "agent",
};
const GROUP_ICONS: Readonly<Record<NodeGroup, LucideIcon>> = {
  messages: MessageCircle,
  shop: ShoppingBag,
  logic: GitBranch,
  assistant: Sparkles,
  actions: ArrowRightLeft,
  people: UserRound,
};
/** Where a picture says more than that of the group; a new node type has the group's. */
const ICONS: Readonly<Record<string, LucideIcon>> = {
  say: MessageSquareText,
  choose: ListChecks,
  ask: MessageCircleQuestion,
  sendTemplate: BookText,
  orderConfirm: ReceiptText,
  orderStatus: PackageSearch,
  set: Variable,
  split: Shuffle,
  openingHours: CalendarClock,
  wait: Clock,
  callFlow: Workflow,
  goTo: CornerUpRight,
  end: Flag,
  http: Globe,
  label: Tag,
  setContact: IdCard,
  note: StickyNote,
  notify: Megaphone,
};

export function toneOf(group: NodeGroup): "brand" | "assistant" | "agent" | "customer" {
  return TONES[group];
}
export function iconOf(type: string, group: NodeGroup): LucideIcon {
  return ICONS[type] ?? GROUP_ICONS[group];
}
export const GROUP_ORDER: readonly NodeGroup[] = ["messages", "people", "assistant", "shop", "logic", "actions"];
