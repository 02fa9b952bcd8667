/*
 * api: answers as JSON. docs/formats/http-api.md describes their form.
 */
#ifndef VV_CMD_WEB_API_H
#define VV_CMD_WEB_API_H

#include "cmd/web/reply.h"

/* Answers every place except assets. The caller reports failures (vv_web_api_trouble). */
vv_status vv_web_api_answer(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err);

/* {"error": {...}}. status is set already. */
vv_status vv_web_api_trouble(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err);

#endif
