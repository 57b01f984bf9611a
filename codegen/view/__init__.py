"""Records in a browser, one by one, for whoever wants to find what is wrong with the data.

    catalogue    the list's file: entries without their records, and words to search (`words`)
    filter       what part of the list is wanted
    browse       questions to the list
    annotations  what people say of examples, and how it is exchanged; `notebook` keeps it
    agreement    how far people and the judge agree
    reading      everything that a record's page shows; regenerated, difference, rubrics
    paint        hostile text as safe HTML; `pages` fills `templates/`
    application  the routes, behind `guard`; `server` is the process, on loopback

Annotations and agreement need nothing but the core; the pages need the extra `view`. No file here
is built and nothing is fetched from elsewhere: `static/` is as it is served.
"""
