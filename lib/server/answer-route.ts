import { errorResponse } from "@/lib/server/http-error";

type Handler<Params> = (request: Request, context: { params: Promise<Params> }) => Promise<Response>;

/** A route's handler: what goes wrong in it becomes an answer. */
export function answerRoute<Params = Record<string, never>>(
  answer: (request: Request, params: Params) => Promise<Response>,
): Handler<Params> {
  return async (request, { params }) => {
    try {
      return await answer(request, await params);
    } catch (error) {
      return errorResponse(error);
    }
  };
}
