/*
 * txt: the TXT records of a name (RFC 1035, 3.3.14), by the name servers of resolv.conf.
 */
#ifndef VV_TRANSPORT_LINE_TXT_H
#define VV_TRANSPORT_LINE_TXT_H

#include "base/buf.h"
#include "base/error.h"

/* Appends each record, its strings joined, and a NUL. VV_ENOTFOUND: it does not exist; VV_EIO: no answer within some seconds. */
vv_status vv_txt_lookup(vv_buf *out, const char *name, vv_error *err);

/* The same from the bytes of an answer. VV_ECORRUPT: it is none. */
vv_status vv_txt_read(vv_buf *out, const void *answer, size_t len, vv_error *err);

#endif
