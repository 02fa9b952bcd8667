/*
 * remote_command: makes the command that ssh runs on the remote side, and explains its failures.
 */
#ifndef VV_TRANSPORT_LINE_REMOTE_COMMAND_H
#define VV_TRANSPORT_LINE_REMOTE_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Appends the command line for the remote shell to out: "PROGRAM SERVICE --stdio PATH", from
 * o->remote_program (NULL: varve), o->service (NULL: serve) and url->path. PATH is quoted, except
 * for a leading ~ or ~user; PROGRAM is not quoted, so it may have arguments. */
void vv_ssh_remote_command(vv_buf *out, const vv_url *url, const vv_connect_options *o);

/* If the remote shell's exit code means that the shell could not find (127) or execute (126) the
 * program, sets err to VV_ENOTFOUND, and returns true. Otherwise, returns false, and leaves err
 * unchanged. */
bool vv_ssh_explain_exit(int exit_code, const char *host, const char *program, vv_error *err);

#endif
