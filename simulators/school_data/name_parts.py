"""Words names and places are made of; combined by dice, so they name nobody."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


GIRLS = _words("""
    Aaliyah Abigail Ada Aisha Alice Amara Amelia Ananya Anna Arabella Ava Beatrice Bethany
    Bronte Carys Catherine Charlotte Chloe Clara Daisy Daniella Eleanor Elif Eliza Ella Ellie
    Emily Emma Erin Esme Eva Evelyn Farah Fatima Felicity Fiona Florence Francesca Freya Georgia
    Grace Hannah Harriet Heidi Holly Ife Imogen India Iona Iris Isabella Isla Ivy Jasmine Jemima
    Jessica Jia Josephine Kavya Keira Lara Layla Leah Lily Lola Lottie Lucy Lydia Maisie Maja
    Maryam Matilda Maya Megan Mei Mia Millie Molly Nadia Naomi Niamh Nia Olivia Ottilie Penelope
    Phoebe Poppy Priya Rachel Rebecca Rosa Rosie Ruby Saanvi Sadie Samira Sara Scarlett Seren
    Sienna Simran Sofia Sophie Summer Tabitha Tara Thea Tilly Violet Willow Yasmin Ying Zara Zoe
    Zofia
""")
BOYS = _words("""
    Aaron Abdul Adam Aditya Albert Alexander Alfie Ali Archie Arjun Arthur Ayaan Barnaby
    Benjamin Blake Caleb Callum Charlie Chidi Connor Daniel David Dexter Dylan Edward Elijah
    Elliot Emre Ethan Euan Ewan Felix Finley Finn Francis Frederick Gabriel George Hamza
    Harrison Harry Harvey Henry Hugo Ibrahim Idris Isaac Ismail Jack Jacob Jake James Jasper
    Jayden Joel Jonah Joseph Joshua Jude Kai Karan Kofi Krishan Leo Leon Lewis Liam Logan Louis
    Luca Lucas Luke Malachi Marcus Mateusz Matthew Max Michael Milo Mohammed Nathan Nikhil Noah
    Oliver Omar Oscar Otis Owen Patrick Percy Ralph Ravi Reuben Rhys Robert Rohan Roman Rory
    Rufus Rupert Ryan Samuel Sebastian Seth Stanley Sunny Tariq Teddy Theo Thomas Toby Tomasz
    Tyler Victor Wei Wilfred William Xavier Yusuf Zachary Zain
""")
SURNAMES = _words("""
    Abbott Adebayo Ahmed Akhtar Ali Allen Anderson Andrews Appiah Armitage Armstrong Arnold
    Ashworth Atkinson Bailey Baker Banerjee Banks Barker Barlow Barnes Barrett Begum Bell
    Bennett Berry Bhatt Birch Bishop Blackburn Booth Bradley Bradshaw Brennan Briggs Brooks
    Brown Bryant Burgess Burke Burrows Burton Butler Byrne Calloway Campbell Carpenter Carr
    Carter Chadwick Chambers Chan Chandler Chapman Chaudhry Chen Cheung Chowdhury Clarke Clayton
    Coleman Collins Cooke Cooper Costa Cox Crawford Cross Cunningham Curtis Dale Daniels Das
    Davidson Davies Dawson Dean Desai Dixon Doherty Douglas Doyle Drummond Duncan Dunn Eaton
    Edwards Elliott Ellis Evans Farrell Fernandes Ferguson Field Fisher Fleming Fletcher Ford
    Forster Foster Fowler Fox Francis Fraser French Frost Gallagher Gardner Garner George Ghosh
    Gibbons Gibson Gilbert Goddard Gordon Graham Grant Gray Greenwood Gregory Griffiths Gupta
    Hale Hall Hamilton Hanif Hardy Harper Harris Harrison Hart Hartley Harvey Hawkins Hayes
    Henderson Herbert Hewitt Hicks Hill Ho Holden Holloway Holmes Hooper Hope Houghton Howard
    Howarth Hudson Hughes Humphreys Hunter Hussain Hutchinson Ibrahim Islam Iyer Jackson Jacobs
    James Jenkins Jennings Johnson Johnston Jones Joshi Kang Kaur Kay Kelly Kemp Kennedy Kent
    Khan King Knight Kowalska Kumar Lal Lambert Lane Lawrence Lawson Leach Lee Leonard Lewis Li
    Lim Little Lloyd Long Lowe Lynch Macdonald Mahmood Malik Mann Marsh Marshall Martin Mason
    Matthews May McCarthy McKenzie Mehta Mensah Miah Middleton Miles Miller Mills Mistry
    Mitchell Moore Moran Morgan Morley Morris Morrison Moss Murphy Murray Nash Naylor Nelson
    Newman Newton Nguyen Nicholson Norman Norris Novak Nowak Nunes O'Brien O'Connor O'Neill
    Okafor Okonkwo Oliver Osborne Osei Owen Owusu Page Palmer Parker Parry Parsons Patel
    Patterson Payne Pearce Pearson Perkins Perry Peters Phillips Pickering Pollard Poole Porter
    Potter Powell Pratt Price Pritchard Quinn Rahman Ramsey Randall Rao Read Reed Rees Reid
    Reynolds Rhodes Richards Richardson Riley Roberts Robertson Robinson Rogers Rose Ross Rowe
    Russell Ryan Saeed Sanders Santos Saunders Schofield Scott Shah Sharma Sharp Shaw Sheikh
    Shepherd Short Silva Simmons Simpson Singh Skinner Slater Smart Smith Snow Spencer
    Stephenson Stevens Stewart Stone Sullivan Sutton Swift Sykes Talbot Tan Taylor Thapa Thomas
    Thompson Thorpe Todd Tomlinson Townsend Tucker Turnbull Turner Underwood Vaughan Verma
    Vincent Wade Walker Wallace Walsh Walton Wang Ward Warren Waters Watkins Watson Watts Webb
    Webster Wells West Wheeler White Whitehead Whitehouse Wilkinson Williams Willis Wilson
    Winter Wong Wood Woodward Wright Wyatt Yates Yeung Young Zhang
""")
STREETS = _words("""
    Abbey Albert Alma Ashfield Bank Beech Bramble Bridge Brook Cedar Chapel Chestnut Church
    Clarence Clifton Cromwell Derby Elm Ferndale Garden Gladstone Grange Green Grove Hawthorn
    Hazel Highfield Hill Holly Ivy Kingsway Laburnum Lime Linden Manor Maple Meadow Mill Nelson
    New North Oak Orchard Osborne Park Poplar Priory Queen Rectory Richmond River Rose Rowan
    School Spring Station Sycamore Vicarage Victoria Walnut Waverley Willow Windmill Windsor
    Woodland York
""")
ROADS = _words("""
    Road Street Lane Avenue Close Drive Gardens Way Crescent Court
""")
VILLAGES = _words("""
    Ashcombe Barrowfield Brindle Coldharbour Cotterby Easterly Fallowdene Greystone Harrowby
    Kingsmere Langthorpe Marlowby Netherfold Oakhanger Pennyhill Ravensholme Stonebeck Thornwick
    Underhay Wetherdale
""")
TOWNS = _words("""
    Ambleford Brackenham Castlebridge Dunhaven Elmstead Fairmere Greenborough Hollinworth
    Kirkdale Millhampton Norbury Silverdale Westerham
""")
