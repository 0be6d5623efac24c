import { serveJob } from "./serve-job";

// Loaded late, so that a missing part is reported to the trainer as the job's error.
serveJob(async () => {
  const [
    { openEngine },
    { runTrainJob },
    { runEvaluateJob },
    { folderArtifactStore },
    { openKeptFeatures },
    path,
  ] = await Promise.all([
    import("./engines/open"),
    import("./train"),
    import("./evaluate"),
    import("@/lib/node/folder-artifact-store"),
    import("./features/open-kept-features"),
    import("node:path"),
  ]);
  return {
    openEngine,
    runTrainJob,
    runEvaluateJob,
    openStore: (dataDirectory) => folderArtifactStore(path.join(dataDirectory, "artifacts")),
    openFeatures: (dataDirectory) => openKeptFeatures(path.join(dataDirectory, "features"), process.env),
  };
});
