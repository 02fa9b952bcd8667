/*
 * connect_internal: what connect.c chooses among.
 */
#ifndef VV_TRANSPORT_LINE_CONNECT_INTERNAL_H
#define VV_TRANSPORT_LINE_CONNECT_INTERNAL_H

#include "transport/line/connect.h"

/* A setting of o->repo, or of the user and the system; owned by the caller. VV_ENOTFOUND when
 * it is not set (err is then cleared). */
vv_status vv_connect_setting(char **out, const vv_connect_options *o, const char *key,
			     vv_error *err);

/* --- ssh ---------------------------------------------------------------------------- */

/* Either of the two below, as the settings and what lies in ~/.ssh say. */
vv_status vv_channel_ssh(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			 vv_error *err);

/* How an ssh program is called. Strings are owned (vv_ssh_command_clear). */
typedef struct vv_ssh_command {
	char *text;   /* NULL: no program was asked for; `ssh` then */
	bool shell;   /* text is a command line for sh, not a program's name */
	bool variant; /* variant_name says how it is called */
	char *variant_name;
} vv_ssh_command;
/* VARVE_SSH, GIT_SSH_COMMAND, core.sshCommand, GIT_SSH. */
vv_status vv_ssh_command_read(vv_ssh_command *out, const vv_connect_options *o, vv_error *err);
void vv_ssh_command_clear(vv_ssh_command *c);

vv_status vv_channel_ssh_program(vv_channel **out, const vv_url *url, const vv_ssh_command *c,
				 const vv_connect_options *o, vv_error *err);

/* "varve serve --stdio '<path>'": the command line for the shell on the other side. */
void vv_ssh_remote_command(vv_buf *out, const vv_url *url, const vv_connect_options *o);

/* What every way over ssh says when the far shell ended without a word of varve. Returns false
 * when the exit code says nothing of the kind. */
bool vv_ssh_explain_exit(int exit_code, const char *host, const char *program, vv_error *err);

/* --- http --------------------------------------------------------------------------- */

/* POSTs to <url>/varve; nothing is sent before the first request. */
vv_status vv_channel_http(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			  vv_error *err);

#endif
