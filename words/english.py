"""The catalogue: every sentence a person is told, in English, gathered from its rooms."""

from words.sentences.alerts import *
from words.sentences.buttons import *
from words.sentences.cards import *
from words.sentences.clocks import *
from words.sentences.commands import *
from words.sentences.copy_page import *
from words.sentences.digests import *
from words.sentences.history import *
from words.sentences.languages import *
from words.sentences.law import *
from words.sentences.nudges import *
from words.sentences.operator import *
from words.sentences.pages import *
from words.sentences.picture import *
from words.sentences.reasons import *
from words.sentences.times import *
from words.sentences.toasts import *
from words.sentences.track import *
from words.sentences.welcome import *
