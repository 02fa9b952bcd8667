/*
 * reply: the answer of a page or the API: a status, the body, and how long it is good.
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
	vv_buf location; /* of a redirect (status 302, 303, 308); else empty */
	/* The object that determines the body: it becomes the ETag, with the address's query and the program's
	 * version. "": the body's hash does. */
	char tag[2 * VV_CID_TEXT + 2];
	bool fixed;      /* this address never answers anything else: kept for a year */
	unsigned kept_s; /* else: seconds for which the browser may cache it */
	bool no_store;   /* the answer is short of time, or an error */
} vv_web_reply;

/* Who looks, where. */
typedef struct vv_web_asked {
	vv_web_visit *visit;
	vv_web_address *address;
	const char *repository; /* name, for titles */
	const char *origin;     /* "http://127.0.0.1:8080": for link previews and "open in" lines */
	bool owner;             /* of `varve web`: the work tree may be shown */
	const char *token;      /* for forms that change it, or NULL */
	/* REV was resolved, as the place needs: commit is REV's (HEAD's where none was named), other that of A,
	 * or the point where the histories parted. fixed: the address names whole ids. */
	vv_web_commit commit, other;
	bool fixed;
} vv_web_asked;

/* The HTML, made elsewhere (cmd/web/pages): a table of functions given to vv_web_open. */
typedef struct vv_web_pages {
	/* Every place but assets and the API's own. A failure becomes trouble's page. */
	vv_status (*page)(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err);
	/* The page of an error; asked->visit may be NULL if the repository did not open; the commits and the
	 * address may be zeroed. status is set already. May fail only when out of memory. */
	vv_status (*trouble)(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err);
	/* VV_ENOTFOUND. reply->type, body, tag. */
	vv_status (*asset)(const char *name, vv_web_reply *reply, vv_error *err);
	/* "/" if several repositories are served. each: looks at them, one after the other, as this one does that is
	 * not begun. */
	vv_status (*list)(const vv_http_call *call, const vv_http_ask *ask,
			  const vv_web_visit *each, vv_web_reply *reply, vv_error *err);
} vv_web_pages;

#endif
