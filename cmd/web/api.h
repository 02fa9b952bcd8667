/*
 * api: writes the answers of the JSON API (docs/formats/http-api.md).
 */
#ifndef VV_CMD_WEB_API_H
#define VV_CMD_WEB_API_H

#include "cmd/web/reply.h"

/* Sets *reply to the answer for a request. If this fails, the caller clears *reply, sets its
 * status, and calls vv_web_api_trouble. */
vv_status vv_web_api_answer(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err);

/* Sets *reply to the answer {"error": {...}} for the error `why`. The caller has set
 * reply->status. */
vv_status vv_web_api_trouble(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err);

#endif
