// The gateway's HTTP API, with the staff token. Errors come out as ApiError with Chinese words fit to be shown.
import { FAILED, FAILED_OTHERWISE } from "./words.js";

const TIMEOUT_MS = 15000;

export class ApiError extends Error {
  /** @param {number} status 0 when there was no answer @param {object} problem RFC 9457 problem details, or {} */
  constructor(status, problem = {}) {
    // A stack word in English helps no agent; what the gateway writes for people is Chinese.
    const words = /\p{Script=Han}/u.test(problem.detail ?? "") ? problem.detail : FAILED[status] ?? FAILED_OTHERWISE;
    super(words);
    this.status = status;
    this.code = problem.code ?? "";
    this.problem = problem;
  }

  /** The token is missing, wrong, or no longer the one. */
  get refused() {
    return this.status === 401 || this.status === 403;
  }
}

export class Api {
  #token;
  #ahead = 0;

  constructor(token) {
    this.#token = token;
  }

  /** The server's time in ms: a clock that is off on this desk must not move a deadline. */
  now() {
    return Date.now() + this.#ahead;
  }

  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
    const search = new URLSearchParams(given).toString();
    return this.#json("GET", search ? `${path}?${search}` : path);
  }

  post(path, body) {
    return this.#json("POST", path, body);
  }

  /** A page of text, such as /metrics. */
  async text(path) {
    const response = await this.#fetch("GET", path);
    if (!response.ok) throw new ApiError(response.status);
    return this.#read(() => response.text());
  }

  /** A file, such as a workbook. */
  async file(path) {
    const response = await this.#fetch("GET", path);
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
    return this.#read(() => response.blob());
  }

  async #json(method, path, body) {
    const response = await this.#fetch(method, path, body);
    const data = await this.#read(() => response.json().catch((error) => {
      // An error page of a proxy is no JSON; its status says enough.
      if (response.ok) throw error;
      return {};
    }));
    if (!response.ok) throw new ApiError(response.status, data);
    return data;
  }

  async #fetch(method, path, body) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const options = { method, headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
    if (body !== undefined) options.body = JSON.stringify(body);
    const response = await this.#read(() => fetch(path, options));
    const at = Date.parse(response.headers.get("Date") ?? "");
    // The header counts whole seconds: within one of them there is nothing to correct.
    if (at) this.#ahead = Math.abs(at - Date.now()) > 2000 ? at - Date.now() : 0;
    return response;
  }

  async #read(step) {
    try {
      return await step();
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0);
    }
  }
}
