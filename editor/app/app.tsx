import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { RouterProvider } from "react-router/dom";
import { ApiError } from "../api.ts";
import { Toasts } from "../ui/toast.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";
import { BrokenPage, NotFound } from "./broken-page.tsx";
import { Frame, FrameSkeleton } from "./frame.tsx";
import { screens } from "./screens.ts";

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // Signed out, or with other rights than a moment ago: what the screens know of that is looked at anew.
    onError: (error, { queryKey }) => {
      const isRefused = error instanceof ApiError && (error.status === 401 || error.status === 403);
      if (isRefused && queryKey[0] !== "session") void queries.invalidateQueries({ queryKey: ["session"] });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What was refused is not asked again; what did not arrive is, twice.
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

const screenRoutes: readonly RouteObject[] = screens.flatMap(({ path, routes }) =>
  routes.map((route) => ({
    path: route.path === "" ? path : `${path}/${route.path}`,
    lazy: route.load,
    ErrorBoundary: BrokenPage,
  })),
);

const router = createBrowserRouter([
  {
    path: "/setup",
    lazy: async () => ({ Component: (await import("../session/setup.tsx")).SetUp }),
    HydrateFallback: FrameSkeleton,
    ErrorBoundary: BrokenPage,
  },
  {
    path: "/invitation",
    lazy: async () => ({ Component: (await import("../session/invitation.tsx")).Invitation }),
    HydrateFallback: FrameSkeleton,
    ErrorBoundary: BrokenPage,
  },
  {
    path: "/password",
    lazy: async () => ({ Component: (await import("../session/new-password.tsx")).NewPassword }),
    HydrateFallback: FrameSkeleton,
    ErrorBoundary: BrokenPage,
  },
  {
    path: "/",
    Component: Frame,
    HydrateFallback: FrameSkeleton,
    ErrorBoundary: BrokenPage,
    children: [
      { index: true, element: <Navigate to={`/${screens[0]?.path ?? "home"}`} replace /> },
      ...screenRoutes,
      { path: "account", lazy: async () => ({ Component: (await import("../account/account.tsx")).Account }) },
      { path: "*", Component: NotFound },
    ],
  },
]);

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <TooltipProvider>
        <Suspense fallback={<FrameSkeleton />}>
          <RouterProvider router={router} />
        </Suspense>
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
