def to_ocsf(entry):
    return {"metadata": {"uid": str(entry.pk)}, "message": str(entry)}
