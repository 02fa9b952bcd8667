/*
 * reply: the response of a page or of the API: status, body and caching.
 */
#ifndef VV_CMD_WEB_REPLY_H
#define VV_CMD_WEB_REPLY_H

#include "base/buf.h"
#include "cmd/web/address.h"
#include "cmd/web/begin.h"
#include "transport/server/handlers.h"

/* A response. */
typedef struct vv_web_reply {
	unsigned status;  /* the HTTP status; 0: 200 */
	const char *type; /* such as "text/html; charset=utf-8"; borrowed from static memory */
	vv_buf body;
	vv_buf location; /* target of a redirect (status 302, 303 or 308); else empty */
	/* id of the object that determines the body; the ETag is this id and a hash of the body.
	 * "": the ETag is only the hash */
	char tag[2 * VV_CID_TEXT + 2];
	/* the response to this address never changes, and may be cached for a year */
	bool fixed;
	unsigned kept_s; /* if not fixed: seconds for which the browser may cache the response */
	/* the response must not be cached, because it is an error, or incomplete because of the
	 * time limit */
	bool no_store;
} vv_web_reply;

/* A request. */
typedef struct vv_web_asked {
	vv_web_visit *visit;
	vv_web_address *address;
	const char *repository; /* the repository's name, for titles */
	/* the server's URL, such as "http://127.0.0.1:8080", for link previews and commands */
	const char *origin;
	bool owner; /* the user of `varve web`: the work tree may be shown */
	/* secret token for forms that change the work tree; NULL: no such forms */
	const char *token;
	/* The resolved versions. commit: the version REV, or HEAD if the address has no REV. other:
	 * the version A of a comparison, or the merge base, or, without A, the first parent */
	vv_web_commit commit, other;
	bool fixed; /* the revisions in the address are full commit ids */
	/* a button that failed: the page of its form is shown again. verb: its fields. why: the
	 * error. wrong: the column whose value was refused. NULL: no button failed */
	const vv_web_verb *verb;
	const vv_error *why;
	const char *wrong;
} vv_web_asked;

/* The functions that write the HTML (cmd/web/pages), passed to vv_web_open. */
typedef struct vv_web_pages {
	/* Writes the page for a request. If it fails, the caller calls `trouble`. */
	vv_status (*page)(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err);
	/* Writes the page for an error. asked->visit is NULL if the repository was not opened; the
	 * commits and the address may be zeroed. The caller has set reply->status. Fails only if
	 * memory runs out. */
	vv_status (*trouble)(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err);
	/* Sets type, body and tag of the reply to those of an asset. VV_ENOTFOUND: no such
	 * asset. */
	vv_status (*asset)(const char *name, vv_web_reply *reply, vv_error *err);
	/* Writes the page "/" if several repositories are served. each: a visit that has not begun;
	 * the function copies it for each repository. */
	vv_status (*list)(const vv_http_call *call, const vv_http_ask *ask,
			  const vv_web_visit *each, vv_web_reply *reply, vv_error *err);
	/* Writes the page of a server that has no repository yet. verb: the button that failed, and
	 * `why`, its error; both may be NULL. */
	vv_status (*begin)(const vv_web_asked *asked, const vv_web_begin *b,
			   const vv_web_verb *verb, const vv_error *why, vv_web_reply *reply,
			   vv_error *err);
} vv_web_pages;

#endif
