/*
 * web: serves the pages and the API of repositories, as the page handler of the HTTP server.
 *
 * The handler parses an address (address.h), opens a visit (cmd/web/model/visit.h), resolves the
 * versions, and redirects addresses without a full commit id. The API (api.h) writes JSON, the
 * pages (reply.h) write HTML. The handler sets the content security policy.
 */
#ifndef VV_CMD_WEB_WEB_H
#define VV_CMD_WEB_WEB_H

#include "base/auto.h"
#include "cmd/web/reply.h"

/* The handler, with the state that all requests share. */
typedef struct vv_web vv_web;

/* The options of vv_web_open. */
typedef struct vv_web_options {
	const vv_web_pages *pages; /* the functions that write the HTML; borrowed */
	bool owner;                /* the user of `varve web`, to whom the work tree may be shown */
	/* secret token in forms that change the work tree; borrowed; NULL: no such forms */
	const char *token;
} vv_web_options;

vv_web *vv_web_open(const vv_web_options *o); /* returns NULL if out of memory */
void vv_web_close(vv_web *w);                 /* accepts NULL */
VV_AUTO_FREE(vv_web, vv_web_close)

/* Answers a request: the function for the member `page` of vv_http_handlers. web: a vv_web. Several
 * threads may call it at the same time. Errors about the address or the data, and busy servers, are
 * answered with a page or JSON; other errors, such as a disconnected browser, are returned. */
vv_status vv_web_answer(void *web, const vv_http_call *call, const vv_http_ask *ask,
			const vv_http_reply *reply, vv_error *err);

#endif
