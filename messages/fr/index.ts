import type { Messages } from "../load";
import accounts from "./accounts.json";
import apiDocs from "./api-docs.json";
import audit from "./audit.json";
import charts from "./charts.json";
import common from "./common.json";
import compare from "./compare.json";
import data from "./data.json";
import diagnostics from "./diagnostics.json";
import errors from "./errors.json";
import feedback from "./feedback.json";
import inUse from "./in-use.json";
import keys from "./keys.json";
import models from "./models.json";
import overview from "./overview.json";
import page from "./page.json";
import predict from "./predict.json";
import privacy from "./privacy.json";
import reading from "./reading.json";
import record from "./record.json";
import report from "./report.json";
import runCharts from "./run-charts.json";
import runs from "./runs.json";
import settings from "./settings.json";
import tokens from "./tokens.json";
import viewer from "./viewer.json";
import worklist from "./worklist.json";

const fr: Messages = {
  accounts,
  apiDocs,
  audit,
  charts,
  common,
  data,
  compare,
  diagnostics,
  errors,
  feedback,
  inUse,
  keys,
  models,
  overview,
  page,
  predict,
  privacy,
  reading,
  record,
  report,
  runCharts,
  runs,
  settings,
  tokens,
  viewer,
  worklist,
};

export default fr;
