"""The verifier over HTTP: our own routes under `/v1`, and those of services that it replaces.

    turns      who runs next: so many at once, the rest wait, fairly between clients
    tokens     who may ask
    guard      what is refused before a request is read
    body       a request's body, within bounds
    calls      a route out of a function: parsed, admitted, cancelled with its client, answered
    service    the work itself: the verifier behind its queue and its deadlines
    native, batch, describe   `/v1` and its OpenAPI
    compatible/               the routes of others
    listening  a port, and a process that ends well
    server     the service: one process that listens

Not here: the verifier (`codegen.verify`) and its client (`codegen.client`). It needs the extra
`serve`; of the package only `codegen.view` imports parts of it.
"""
