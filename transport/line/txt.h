/*
 * txt: gets the TXT records of a domain name (RFC 1035, 3.3.14) from the name servers of
 * resolv.conf.
 */
#ifndef VV_TRANSPORT_LINE_TXT_H
#define VV_TRANSPORT_LINE_TXT_H

#include "base/buf.h"
#include "base/error.h"

/* Gets the TXT records of the domain `name`. Appends each record to out, with its strings joined,
 * and a NUL after it. VV_ENOTFOUND: no such name or record. VV_EIO: no valid answer within some
 * seconds. */
vv_status vv_txt_lookup(vv_buf *out, const char *name, vv_error *err);

/* Parses the answer of a name server, and appends its TXT records as vv_txt_lookup does.
 * VV_ECORRUPT: the bytes are not an answer. */
vv_status vv_txt_read(vv_buf *out, const void *answer, size_t len, vv_error *err);

#endif
