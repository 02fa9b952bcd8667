/*
 * txt: gets the TXT records of a domain name (RFC 1035, 3.3.14) from the name servers of
 * resolv.conf.
 */
#ifndef VV_TRANSPORT_LINE_TXT_H
#define VV_TRANSPORT_LINE_TXT_H

#include "base/buf.h"
#include "base/error.h"

/* Appends each record, with its strings joined, and a NUL. VV_ENOTFOUND: no such name or record.
 * VV_EIO: no answer within some seconds. */
vv_status vv_txt_lookup(vv_buf *out, const char *name, vv_error *err);

/* Appends the records in a name server's answer, like vv_txt_lookup. VV_ECORRUPT: the bytes are not
 * an answer. */
vv_status vv_txt_read(vv_buf *out, const void *answer, size_t len, vv_error *err);

#endif
