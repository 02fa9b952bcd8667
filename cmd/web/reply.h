/*
 * reply: the response of a page or the API: status, body and caching.
 */
#ifndef VV_CMD_WEB_REPLY_H
#define VV_CMD_WEB_REPLY_H

#include "base/buf.h"
#include "cmd/web/address.h"
#include "transport/server/handlers.h"

typedef struct vv_web_reply {
	unsigned status;  /* 200 unless set */
	const char *type; /* static: "text/html; charset=utf-8" */
	vv_buf body;
	vv_buf location; /* the target of a redirect (status 302, 303, 308); else empty */
	/* id of the object that determines the body; with the address's query and the program's
	 * version it becomes the ETag. "": the ETag is made from a hash of the body */
	char tag[2 * VV_CID_TEXT + 2];
	/* the response to this address never changes: it may be cached for a year */
	bool fixed;
	unsigned kept_s; /* if not fixed: seconds for which the browser may cache the response */
	/* the response must not be cached: it is incomplete because of the time limit, or an
	 * error */
	bool no_store;
} vv_web_reply;

/* A request. */
typedef struct vv_web_asked {
	vv_web_visit *visit;
	vv_web_address *address;
	const char *repository; /* the repository's name, for titles */
	const char *origin;     /* "http://127.0.0.1:8080": for link previews and "open in" lines */
	bool owner;             /* the user of `varve web`: the work tree may be shown */
	const char *token;      /* for forms that change the work tree, or NULL */
	/* the resolved versions: commit is that of REV (of HEAD without REV), other that of A,
	 * or the merge base. fixed: the address contains full ids */
	vv_web_commit commit, other;
	bool fixed;
} vv_web_asked;

/* The functions that make the HTML (cmd/web/pages), passed to vv_web_open. */
typedef struct vv_web_pages {
	/* Makes any page except assets and the API's. After a failure, `trouble` makes the page. */
	vv_status (*page)(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err);
	/* The page of an error; asked->visit may be NULL if the repository did not open; the
	 * commits and the address may be zeroed. reply->status is set already. Fails only if
	 * memory runs out. */
	vv_status (*trouble)(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err);
	/* Sets the reply's type, body and tag to those of an asset. VV_ENOTFOUND. */
	vv_status (*asset)(const char *name, vv_web_reply *reply, vv_error *err);
	/* Makes "/" if several repositories are served. each: a visit that is not begun, for
	 * reading them one after the other. */
	vv_status (*list)(const vv_http_call *call, const vv_http_ask *ask,
			  const vv_web_visit *each, vv_web_reply *reply, vv_error *err);
} vv_web_pages;

#endif
