import { defineConfig } from "vite";

// One folder a page. The gateway serves what is built: the page itself at its address, all else below /pages/.
export default defineConfig({
  base: "/pages/",
  build: {
    outDir: "../gateway/web/pages",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: { input: { feedback: "feedback/index.html" } },
  },
});
