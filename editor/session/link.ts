import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "react-router";
import { ApiError, askJson } from "../api.ts";

export interface Whose {
  readonly email: string;
  readonly name: string;
  readonly language: string;
}

/** The key behind the #, and whose link it is; `null`: the link is no good. */
export function useLink(kind: "invitation" | "password") {
  // What was opened counts: the address may lose its key while the page stands.
  const [token] = useState(useLocation().hash.slice(1));
  const whose = useQuery({
    queryKey: ["link", kind, token],
    queryFn: async (): Promise<Whose | null> => {
      if (token === "") return null;
      try {
        return await askJson<Whose>("/api/link", { method: "POST", body: { token, kind } });
      } catch (error) {
        if (error instanceof ApiError && [400, 403, 422].includes(error.status)) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { token, whose };
}
