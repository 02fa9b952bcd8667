/*
 * requested_form: the form of a block in a request to the gateway.
 *
 * Source: the trustless gateway specification (specs.ipfs.tech/http-gateways/trustless-gateway).
 */
#ifndef VV_TRANSPORT_SERVER_REQUESTED_FORM_H
#define VV_TRANSPORT_SERVER_REQUESTED_FORM_H

#include <stdbool.h>

#include "base/error.h"
#include "transport/ipfs/car.h"

/* VV_FORM_FILE: neither form is requested, so the answer is the file's bytes, if the CID is that of
 * a file. */
typedef enum vv_form { VV_FORM_RAW, VV_FORM_CAR, VV_FORM_FILE } vv_form;

typedef struct vv_requested_form {
	vv_form format;
	bool by_accept; /* requested only by the header Accept */
	vv_car_scope scope;
	vv_car_part part;
	bool dups; /* send blocks again that occur again */
} vv_requested_form;

/* The parameters format, dag-scope, entity-bytes, car-version, car-order and car-dups (decoded;
 * NULL if absent), and the Accept header. */
typedef struct vv_form_params {
	const char *format, *scope, *bytes, *version, *order, *dups, *accept;
} vv_form_params;

/* The status to answer with: 200, 400 or 406 with the reason in err. */
unsigned vv_requested_form_read(vv_requested_form *out, const vv_form_params *p, vv_error *err);

#endif
