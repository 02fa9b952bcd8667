/*
 * api: makes the answers of the JSON API, which docs/formats/http-api.md describes.
 */
#ifndef VV_CMD_WEB_API_H
#define VV_CMD_WEB_API_H

#include "cmd/web/reply.h"

/* Makes the answer for the address of a request in *reply. If this fails, the caller makes the
 * answer with vv_web_api_trouble. */
vv_status vv_web_api_answer(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err);

/* Makes the answer {"error": {...}} for the error `why`. The caller has set reply->status. */
vv_status vv_web_api_trouble(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err);

#endif
